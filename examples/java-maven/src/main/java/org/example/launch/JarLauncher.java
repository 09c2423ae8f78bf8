package org.example.launch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Starts the program of a jar that has the jars of its dependencies inside, or of the directories that such a jar was
 * extracted to. With {@code -Djarmode=layertools} it extracts instead. A small form of what Spring Boot's loader does.
 */
public final class JarLauncher {
    static final String CLASSES = "APP-INF/classes/";
    static final String LIBRARIES = "APP-INF/lib/";

    private JarLauncher() {
    }

    public static void main(String[] arguments) throws Exception {
        Path home = home();
        if ("layertools".equals(System.getProperty("jarmode"))) {
            Layers.run(home, arguments);
            return;
        }
        ClassLoader loader = Files.isDirectory(home) ? extracted(home) : new NestedJarLoader(home);
        Thread.currentThread().setContextClassLoader(loader);
        String start = manifest(home).getMainAttributes().getValue("Start-Class");
        Class.forName(start, true, loader).getMethod("main", String[].class).invoke(null, (Object) arguments);
    }

    /** The jar or the directory that this class was loaded from. */
    private static Path home() throws URISyntaxException {
        return Path.of(JarLauncher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static ClassLoader extracted(Path home) throws IOException {
        List<URL> places = new ArrayList<>();
        places.add(home.resolve(CLASSES).toUri().toURL());
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve(LIBRARIES), "*.jar")) {
            for (Path jar : jars) {
                places.add(jar.toUri().toURL());
            }
        }
        URL[] sorted = places.toArray(new URL[0]);
        Arrays.sort(sorted, 1, sorted.length, (one, other) -> one.toString().compareTo(other.toString()));
        return new URLClassLoader(sorted, JarLauncher.class.getClassLoader());
    }

    private static Manifest manifest(Path home) throws IOException {
        if (Files.isDirectory(home)) {
            try (var stream = Files.newInputStream(home.resolve(JarFile.MANIFEST_NAME))) {
                return new Manifest(stream);
            }
        }
        try (JarFile jar = new JarFile(home.toFile())) {
            return jar.getManifest();
        }
    }
}

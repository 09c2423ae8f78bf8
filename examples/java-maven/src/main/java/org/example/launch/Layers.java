package org.example.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/** Splits a jar into directories by how often their content changes, each of which becomes a layer of an image. */
final class Layers {
    /** From what changes least to what changes most. */
    static final List<String> NAMES = List.of("dependencies", "loader", "snapshot-dependencies", "application");

    private Layers() {
    }

    static void run(Path jar, String[] arguments) throws IOException {
        if (arguments.length == 1 && arguments[0].equals("list")) {
            NAMES.forEach(System.out::println);
        } else if (arguments.length == 3 && arguments[0].equals("extract") && arguments[1].equals("--destination")) {
            extract(jar, Path.of(arguments[2]));
        } else {
            System.err.println("usage: java -Djarmode=layertools -jar app.jar list | extract --destination DIRECTORY");
            System.exit(2);
        }
    }

    static String layerOf(String name) {
        if (name.startsWith(JarLauncher.LIBRARIES)) {
            return name.endsWith("-SNAPSHOT.jar") ? "snapshot-dependencies" : "dependencies";
        }
        return name.startsWith("org/example/launch/") ? "loader" : "application";
    }

    private static void extract(Path jar, Path destination) throws IOException {
        for (String layer : NAMES) {
            Files.createDirectories(destination.resolve(layer));
        }
        try (JarInputStream stream = new JarInputStream(Files.newInputStream(jar))) {
            Path manifest = destination.resolve("application/META-INF/MANIFEST.MF");
            Files.createDirectories(manifest.getParent());
            try (var out = Files.newOutputStream(manifest)) {
                stream.getManifest().write(out);
            }
            for (JarEntry entry; (entry = stream.getNextJarEntry()) != null;) {
                if (!entry.isDirectory()) {
                    write(stream, destination.resolve(layerOf(entry.getName())), entry.getName());
                }
            }
        }
    }

    private static void write(JarInputStream stream, Path directory, String name) throws IOException {
        Path file = directory.resolve(name).normalize();
        if (!file.startsWith(directory)) {
            throw new IOException("an entry that leads out of the jar: " + name);
        }
        Files.createDirectories(file.getParent());
        Files.write(file, stream.readAllBytes());
    }
}

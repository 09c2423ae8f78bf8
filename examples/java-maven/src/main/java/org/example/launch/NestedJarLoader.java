package org.example.launch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/** Loads classes from a jar and from the jars in it, which it keeps in memory: nothing is written to the disk. */
final class NestedJarLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    /** Contents by name, in the order in which they were found: a service file may be in several jars. */
    private final Map<String, List<byte[]>> contents = new LinkedHashMap<>();

    NestedJarLoader(Path jar) throws IOException {
        super(NestedJarLoader.class.getClassLoader());
        List<byte[]> libraries = new ArrayList<>();
        try (JarInputStream outer = new JarInputStream(java.nio.file.Files.newInputStream(jar))) {
            for (JarEntry entry; (entry = outer.getNextJarEntry()) != null;) {
                if (entry.isDirectory()) {
                    continue;
                }
                if (entry.getName().startsWith(JarLauncher.CLASSES)) {
                    add(entry.getName().substring(JarLauncher.CLASSES.length()), outer.readAllBytes());
                } else if (entry.getName().startsWith(JarLauncher.LIBRARIES)) {
                    libraries.add(outer.readAllBytes());
                }
            }
        }
        for (byte[] library : libraries) {
            try (JarInputStream inner = new JarInputStream(new ByteArrayInputStream(library))) {
                for (JarEntry entry; (entry = inner.getNextJarEntry()) != null;) {
                    if (!entry.isDirectory()) {
                        add(entry.getName(), inner.readAllBytes());
                    }
                }
            }
        }
    }

    private void add(String name, byte[] data) {
        contents.computeIfAbsent(name, key -> new ArrayList<>()).add(data);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        List<byte[]> found = contents.get(name.replace('.', '/') + ".class");
        if (found == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, found.get(0), 0, found.get(0).length);
    }

    @Override
    protected URL findResource(String name) {
        List<byte[]> found = contents.get(name);
        return found == null ? null : address(name, found.get(0));
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        List<URL> found = new ArrayList<>();
        for (byte[] data : contents.getOrDefault(name, List.of())) {
            found.add(address(name, data));
        }
        return Collections.enumeration(found);
    }

    private static URL address(String name, byte[] data) {
        try {
            return new URL("nested", "", -1, "/" + name, new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                    return new URLConnection(url) {
                        @Override
                        public void connect() {
                            connected = true;
                        }

                        @Override
                        public InputStream getInputStream() {
                            return new ByteArrayInputStream(data);
                        }
                    };
                }
            });
        } catch (MalformedURLException error) {
            throw new IllegalStateException(name, error);
        }
    }
}

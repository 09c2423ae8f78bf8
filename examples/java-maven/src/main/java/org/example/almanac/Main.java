package org.example.almanac;

import java.net.InetSocketAddress;
import java.time.Clock;
import org.eclipse.jetty.server.Server;

/** Serves the almanac until it is told to stop. */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        Server server = new Server(new InetSocketAddress(port));
        server.setHandler(new Service(new Almanac(), Clock.systemUTC()));
        server.setStopAtShutdown(true);
        server.setStopTimeout(5000);
        try {
            server.start();
        } catch (Exception error) {
            // Threads that have started would keep the program alive without a port.
            error.printStackTrace();
            System.exit(1);
        }
        server.join();
    }
}

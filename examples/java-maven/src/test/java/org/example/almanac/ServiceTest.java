package org.example.almanac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceTest {
    private static final Server SERVER = new Server(0);

    @BeforeAll
    static void start() throws Exception {
        Clock noon = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);
        SERVER.setHandler(new Service(new Almanac(), noon));
        SERVER.start();
    }

    @AfterAll
    static void stop() throws Exception {
        SERVER.stop();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/actuator/health | 200 | \"status\":\"UP\"",
        "/api/info | 200 | \"ports\":3",
        "/api/tides/bergen | 200 | 2026-01-01T12:00:00Z",
        "/api/tides/Cuxhaven?time=2026-01-18T20:00:00Z | 200 | \"metres\":3.55",
        "/api/tides/Cuxhaven?time=yesterday | 400 | not a time",
        "/api/tides/Nowhere | 404 | no such port",
        "/nowhere | 404 | not found",
    })
    void answers(String path, int status, String text) throws IOException, InterruptedException {
        int port = ((ServerConnector) SERVER.getConnectors()[0]).getLocalPort();
        URI address = URI.create("http://127.0.0.1:" + port + path);
        var answer = HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(status, answer.statusCode());
        assertTrue(answer.body().contains(text), answer.body());
    }

    @Test
    void highWaterIsTheTop() {
        Instant high = Instant.parse("2026-01-18T20:00:00Z");
        Tide tide = new Tide("here", 2, 1, 0.5, high);
        assertEquals(3.5, tide.height(high), 1e-9);
        assertTrue(tide.rising(high.minusSeconds(3600)));
        assertTrue(!tide.rising(high.plusSeconds(3600)));
    }
}

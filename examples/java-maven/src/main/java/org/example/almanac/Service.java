package org.example.almanac;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** The web service: tides as JSON, and its health. */
public final class Service extends AbstractHandler {
    private static final String VERSION = "1.0.0";

    private final Almanac almanac;
    private final Clock clock;
    private final ObjectMapper mapper = new ObjectMapper();

    public Service(Almanac almanac, Clock clock) {
        this.almanac = almanac;
        this.clock = clock;
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
        throws IOException {
        base.setHandled(true);
        if (!request.getMethod().equals("GET")) {
            reply(response, 405, Map.of("error", "method not allowed"));
        } else if (target.equals("/actuator/health")) {
            reply(response, 200, Map.of("status", "UP"));
        } else if (target.equals("/api/info")) {
            reply(response, 200, new TreeMap<>(Map.of("name", "almanac", "version", VERSION, "ports", almanac.tides().size())));
        } else if (target.startsWith("/api/tides/")) {
            tide(target.substring("/api/tides/".length()), request.getParameter("time"), response);
        } else {
            reply(response, 404, Map.of("error", "not found"));
        }
    }

    private void tide(String port, String time, HttpServletResponse response) throws IOException {
        var tide = almanac.tide(port);
        if (tide.isEmpty()) {
            reply(response, 404, Map.of("error", "no such port"));
            return;
        }
        try {
            Instant when = time == null ? clock.instant() : Instant.parse(time);
            double height = Math.round(tide.get().height(when) * 100) / 100.0;
            reply(response, 200, new TreeMap<>(Map.of(
                "port", tide.get().port(), "metres", height, "rising", tide.get().rising(when), "time", when.toString())));
        } catch (DateTimeParseException error) {
            reply(response, 400, Map.of("error", "not a time such as 2026-01-01T12:00:00Z"));
        }
    }

    private void reply(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        mapper.writeValue(response.getOutputStream(), body);
    }
}

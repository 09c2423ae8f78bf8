package org.example.almanac;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The ports whose tides are known. */
public final class Almanac {
    private static final Instant NEW_MOON = Instant.parse("2026-01-18T20:00:00Z");

    private final List<Tide> tides = List.of(
        new Tide("Cuxhaven", 1.9, 1.3, 0.35, NEW_MOON),
        new Tide("Saint-Malo", 6.8, 3.9, 1.5, NEW_MOON.minusSeconds(5 * 3600)),
        new Tide("Bergen", 0.9, 0.44, 0.16, NEW_MOON.plusSeconds(3600)));

    public List<Tide> tides() {
        return tides;
    }

    public Optional<Tide> tide(String port) {
        return tides.stream().filter(tide -> tide.port().equalsIgnoreCase(port)).findFirst();
    }
}

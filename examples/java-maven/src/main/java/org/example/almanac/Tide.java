package org.example.almanac;

import java.time.Duration;
import java.time.Instant;

/** The height of the tide in a port, from two waves: the moon's and the sun's. */
public record Tide(String port, double mean, double moon, double sun, Instant highWater) {
    private static final double MOON_HOURS = 12.4206012;
    private static final double SUN_HOURS = 12.0;

    /** Metres above the chart's zero. */
    public double height(Instant time) {
        double hours = Duration.between(highWater, time).toMillis() / 3_600_000.0;
        return mean + moon * Math.cos(2 * Math.PI * hours / MOON_HOURS) + sun * Math.cos(2 * Math.PI * hours / SUN_HOURS);
    }

    /** Whether the water is rising. */
    public boolean rising(Instant time) {
        return height(time.plusSeconds(60)) > height(time);
    }
}

<?php

declare(strict_types=1);

namespace Logbook;

use InvalidArgumentException;

/** A place on the sea, in degrees. */
final class Position
{
    private const EARTH_RADIUS = 3440.065; // nautical miles

    public function __construct(public readonly float $latitude, public readonly float $longitude)
    {
        if (abs($latitude) > 90 || abs($longitude) > 180) {
            throw new InvalidArgumentException('no such place on the earth');
        }
    }

    /** The distance along the great circle, in nautical miles. */
    public function distance(Position $other): float
    {
        [$one, $two] = [deg2rad($this->latitude), deg2rad($other->latitude)];
        $half = sin(($two - $one) / 2) ** 2
            + cos($one) * cos($two) * sin(deg2rad($other->longitude - $this->longitude) / 2) ** 2;
        return 2 * self::EARTH_RADIUS * asin(min(1.0, sqrt($half)));
    }

    public function __toString(): string
    {
        return self::degrees($this->latitude, 'N', 'S') . ' ' . self::degrees($this->longitude, 'E', 'W');
    }

    private static function degrees(float $value, string $positive, string $negative): string
    {
        $minutes = (int) round(abs($value) * 60);
        return sprintf("%d°%02d'%s", intdiv($minutes, 60), $minutes % 60, $value < 0 ? $negative : $positive);
    }
}

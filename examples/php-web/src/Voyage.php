<?php

declare(strict_types=1);

namespace Logbook;

/** The entries of a log, in the order in which they were written. */
final class Voyage
{
    /** @param list<array{time: string, position: Position, remark: string}> $entries */
    public function __construct(private readonly array $entries)
    {
    }

    public static function example(): self
    {
        return new self([
            ['time' => '2026-06-01T06:00Z', 'position' => new Position(53.54, 8.58), 'remark' => 'cast off'],
            ['time' => '2026-06-01T14:30Z', 'position' => new Position(54.18, 7.89), 'remark' => 'Heligoland abeam'],
            ['time' => '2026-06-02T15:00Z', 'position' => new Position(57.12, 8.60), 'remark' => 'anchored off <Hanstholm>'],
        ]);
    }

    /** How far it was, in nautical miles. */
    public function length(): float
    {
        $sum = 0.0;
        for ($i = 1; $i < count($this->entries); $i++) {
            $sum += $this->entries[$i - 1]['position']->distance($this->entries[$i]['position']);
        }
        return round($sum, 1);
    }

    /** @return list<array{time: string, position: string, remark: string}> */
    public function entries(): array
    {
        return array_map(
            fn (array $entry) => ['position' => (string) $entry['position']] + $entry,
            $this->entries
        );
    }
}

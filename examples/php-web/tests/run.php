<?php

declare(strict_types=1);

use Logbook\Application;
use Logbook\Position;
use Logbook\Voyage;
use Monolog\Handler\TestHandler;
use Monolog\Logger;
use SebastianBergmann\Diff\Differ;

require __DIR__ . '/../vendor/autoload.php';

$failed = 0;
$same = function (string $what, mixed $expected, mixed $found) use (&$failed): void {
    if ($expected === $found) {
        return;
    }
    $failed++;
    echo "FAILED $what\n", (new Differ())->diff(var_export($expected, true), var_export($found, true)), "\n";
};

$same('a place is printed', "53°32'N 8°35'E", (string) new Position(53.54, 8.58));
$same('south and west', "0°30'S 12°00'W", (string) new Position(-0.5, -12.0));
$same('a degree of latitude has 60 miles', 60.0, round((new Position(0, 0))->distance(new Position(1, 0)), 1));
try {
    new Position(91, 0);
    $same('a place beyond the pole is refused', true, false);
} catch (InvalidArgumentException) {
}

$records = new TestHandler();
$application = new Application(Voyage::example(), new Logger('test', [$records]));
$cases = [
    ['GET', '/', 200, 'Heligoland abeam'],
    ['GET', '/', 200, '&lt;Hanstholm&gt;'],
    ['GET', '/healthz', 200, 'ok'],
    ['GET', '/api/info', 200, '"name":"logbook"'],
    ['GET', '/api/entries', 200, 'cast off'],
    ['GET', '/api/entries/2', 200, 'Heligoland'],
    ['GET', '/api/entries/9', 404, 'no such entry'],
    ['POST', '/api/info', 405, 'not allowed'],
    ['GET', '/nowhere', 404, 'not found'],
];
foreach ($cases as [$method, $path, $status, $text]) {
    [$found, , $content] = $application->answer($method, $path);
    $same("$method $path", $status, $found);
    $same("$method $path has '$text'", true, str_contains($content, $text));
}
$same('each request is logged', count($cases), count($records->getRecords()));

echo $failed === 0 ? "all tests passed\n" : "$failed failed\n";
exit($failed === 0 ? 0 : 1);

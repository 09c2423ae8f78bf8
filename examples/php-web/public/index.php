<?php

declare(strict_types=1);

use Logbook\Application;
use Logbook\Voyage;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

require __DIR__ . '/../vendor/autoload.php';

$log = new Logger('logbook', [new StreamHandler('php://stderr')]);
$application = new Application(Voyage::example(), $log);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/';
[$status, $type, $content] = $application->answer($_SERVER['REQUEST_METHOD'], $path);
http_response_code($status);
header("Content-Type: $type");
echo $content;

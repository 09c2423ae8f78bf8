<?php

declare(strict_types=1);

namespace Logbook;

use FastRoute\Dispatcher;
use FastRoute\RouteCollector;
use Psr\Log\LoggerInterface;

use function FastRoute\simpleDispatcher;

/** The web service, without a server. */
final class Application
{
    public const VERSION = '1.0.0';

    private readonly Dispatcher $routes;

    public function __construct(private readonly Voyage $voyage, private readonly LoggerInterface $log)
    {
        $this->routes = simpleDispatcher(function (RouteCollector $routes): void {
            $routes->get('/', 'page');
            $routes->get('/healthz', 'health');
            $routes->get('/api/info', 'info');
            $routes->get('/api/entries[/{number:\d+}]', 'entries');
        });
    }

    /** @return array{int, string, string} status, type of the content, content */
    public function answer(string $method, string $path): array
    {
        $route = $this->routes->dispatch($method, rawurldecode($path));
        $answer = match ($route[0]) {
            Dispatcher::FOUND => $this->{$route[1]}($route[2]),
            Dispatcher::METHOD_NOT_ALLOWED => self::json(['error' => 'method not allowed'], 405),
            default => self::json(['error' => 'not found'], 404),
        };
        $this->log->info('answered', ['method' => $method, 'path' => $path, 'status' => $answer[0]]);
        return $answer;
    }

    private function page(): array
    {
        $rows = '';
        foreach ($this->voyage->entries() as $entry) {
            $rows .= '<tr><td>' . implode('</td><td>', array_map('htmlspecialchars', array_values($entry))) . '</td></tr>';
        }
        return [200, 'text/html; charset=utf-8', "<!doctype html><title>Log</title><h1>Log</h1><table>$rows</table>"
            . "<p>{$this->voyage->length()} nautical miles</p>"];
    }

    private function health(): array
    {
        return [200, 'text/plain; charset=utf-8', "ok\n"];
    }

    private function info(): array
    {
        return self::json(['name' => 'logbook', 'version' => self::VERSION, 'miles' => $this->voyage->length()]);
    }

    private function entries(array $arguments): array
    {
        $entries = $this->voyage->entries();
        if (!isset($arguments['number'])) {
            return self::json($entries);
        }
        $entry = $entries[(int) $arguments['number'] - 1] ?? null;
        return $entry === null ? self::json(['error' => 'no such entry'], 404) : self::json($entry);
    }

    private static function json(mixed $body, int $status = 200): array
    {
        return [$status, 'application/json', json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE)];
    }
}

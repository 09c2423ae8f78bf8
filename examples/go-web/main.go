// Shipyard is a small web service: it keeps the list of ships of a yard in memory, shows them on a page and offers them
// as JSON. It is the example that Slipway's demo builds.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the build: go build -ldflags "-X main.version=1.2.3".
var version = "development"

func main() {
	logger := log.New(os.Stderr, "", log.LstdFlags|log.LUTC)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, logger, address()); err != nil {
		logger.Fatal(err)
	}
}

// address is what to listen on: ADDR, else all interfaces at PORT, else at 8080.
func address() string {
	if addr := os.Getenv("ADDR"); addr != "" {
		return addr
	}
	if port := os.Getenv("PORT"); port != "" {
		return ":" + port
	}
	return ":8080"
}

// run serves until the context ends, then lets requests that are under way finish.
func run(ctx context.Context, logger *log.Logger, addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           newHandler(newFleet(seed()...), logger),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          logger,
	}
	logger.Printf("shipyard %s listening on %s", version, listener.Addr())

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Print("shutting down")
	deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

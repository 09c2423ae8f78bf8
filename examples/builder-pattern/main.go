// Logbook is a small web service: ships write into their logbooks, and all may read them.
package main

import (
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := os.Getenv("ADDR")
	if addr == "" {
		addr = ":8080"
	}
	books := newLogbooks()
	books.write("Solveig", entry{Time: time.Date(1892, 5, 1, 6, 0, 0, 0, time.UTC), Text: "left port"})
	server := &http.Server{Addr: addr, Handler: newRouter(books, time.Now), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
		<-signals
		server.Close()
	}()
	log.Printf("logbook listens on %s", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"
)

type entry struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// logbooks holds the entries of ships by name. It may be used by several goroutines.
type logbooks struct {
	mu      sync.RWMutex
	entries map[string][]entry
}

func newLogbooks() *logbooks {
	return &logbooks{entries: make(map[string][]entry)}
}

func (l *logbooks) write(ship string, e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries[ship] = append(l.entries[ship], e)
}

func (l *logbooks) read(ship string) ([]entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	entries, known := l.entries[ship]
	return append([]entry(nil), entries...), known
}

// newRouter routes the service's addresses:
//
//	GET  /ships/{ship}  the logbook of a ship
//	POST /ships/{ship}  one more line, as text
func newRouter(books *logbooks, now func() time.Time) http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/ships/{ship}", func(w http.ResponseWriter, r *http.Request) {
		ship := mux.Vars(r)["ship"]
		entries, known := books.read(ship)
		if !known {
			http.Error(w, "no such ship", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"ship": ship, "entries": entries})
	}).Methods(http.MethodGet)
	router.HandleFunc("/ships/{ship}", func(w http.ResponseWriter, r *http.Request) {
		var text strings.Builder
		if _, err := copyLimited(&text, r.Body, 1000); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		if strings.TrimSpace(text.String()) == "" {
			http.Error(w, "an entry needs a text", http.StatusUnprocessableEntity)
			return
		}
		books.write(mux.Vars(r)["ship"], entry{Time: now().UTC(), Text: text.String()})
		w.WriteHeader(http.StatusCreated)
	}).Methods(http.MethodPost)
	return router
}

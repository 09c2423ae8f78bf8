package main

import (
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"log"
	"net/http"
	"runtime"
	"time"

	"github.com/google/uuid"
)

//go:embed web
var web embed.FS

var page = template.Must(template.ParseFS(web, "web/templates/*.html"))

const maxBody = 64 << 10

// newHandler routes the service's addresses:
//
//	GET  /           the page
//	GET  /static/…   its files
//	GET  /healthz    "ok" while the service works
//	GET  /api/info   what runs here
//	GET  /api/ships  the fleet
//	POST /api/ships  one more ship
func newHandler(ships *fleet, logger *log.Logger) http.Handler {
	static, err := fs.Sub(web, "web/static")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.FS(static))))
	mux.HandleFunc("/healthz", only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	}))
	mux.HandleFunc("/api/info", only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"name": "shipyard", "version": version, "go": runtime.Version(), "ships": len(ships.list()),
		})
	}))
	mux.HandleFunc("/api/ships", func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet:
			reply(w, http.StatusOK, ships.list())
		case http.MethodPost:
			addShip(ships, w, r)
		default:
			w.Header().Set("Allow", "GET, POST")
			reply(w, http.StatusMethodNotAllowed, problem{"method not allowed"})
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		data := map[string]any{"Ships": ships.list(), "Tonnage": ships.tonnage(), "Version": version}
		if err := page.ExecuteTemplate(w, "index.html", data); err != nil {
			logger.Print("page: ", err)
		}
	})
	return logged(logger, mux)
}

type problem struct {
	Error string `json:"error"`
}

func addShip(ships *fleet, w http.ResponseWriter, r *http.Request) {
	var ship Ship
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ship); err != nil {
		reply(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	switch err := ships.add(ship); {
	case errors.Is(err, errExists):
		reply(w, http.StatusConflict, problem{err.Error()})
	case err != nil:
		reply(w, http.StatusUnprocessableEntity, problem{err.Error()})
	default:
		reply(w, http.StatusCreated, ship)
	}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
			w.Header().Set("Allow", method)
			reply(w, http.StatusMethodNotAllowed, problem{"method not allowed"})
			return
		}
		next(w, r)
	}
}

// logged writes one line for each request, and gives it an identifier that the client sees as well.
func logged(logger *log.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := time.Now(), uuid.NewString()
		w.Header().Set("X-Request-Id", id)
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		logger.Printf("%s %s %s %d %s", id, r.Method, r.URL.Path, recorder.status, time.Since(start).Round(time.Microsecond))
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

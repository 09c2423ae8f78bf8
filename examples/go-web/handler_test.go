package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

var silent = log.New(io.Discard, "", 0)

func request(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	newHandler(newFleet(seed()...), silent).ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder
}

func TestRoutes(t *testing.T) {
	tests := []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/", "", 200, "Lille Per"},
		{"GET", "/static/style.css", "", 200, "border-collapse"},
		{"GET", "/healthz", "", 200, "ok"},
		{"GET", "/api/ships", "", 200, `"Solveig"`},
		{"POST", "/api/ships", `{"name":"Freya","tonnes":12}`, 201, `"Freya"`},
		{"POST", "/api/ships", `{"name":"Solveig","tonnes":12}`, 409, "ship of that name"},
		{"POST", "/api/ships", `{"name":"Freya"}`, 422, "tonnes"},
		{"POST", "/api/ships", `{"name":`, 400, "unexpected EOF"},
		{"POST", "/api/ships", `{"nmae":"Freya"}`, 400, "unknown field"},
		{"POST", "/api/ships", `{"name":"` + strings.Repeat("x", maxBody) + `"}`, 400, "too large"},
		{"DELETE", "/api/ships", "", 405, "not allowed"},
		{"POST", "/healthz", "", 405, "not allowed"},
		{"GET", "/nowhere", "", 404, "not found"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			response := request(t, test.method, test.path, test.body)
			if response.Code != test.status {
				t.Errorf("status %d, want %d", response.Code, test.status)
			}
			if !strings.Contains(response.Body.String(), test.contains) {
				t.Errorf("%q is not in %q", test.contains, response.Body.String())
			}
		})
	}
}

func TestInfo(t *testing.T) {
	var info struct {
		Name  string
		Ships int
	}
	if err := json.Unmarshal(request(t, "GET", "/api/info", "").Body.Bytes(), &info); err != nil {
		t.Fatal(err)
	}
	if info.Name != "shipyard" || info.Ships != len(seed()) {
		t.Errorf("info %+v", info)
	}
}

func TestRequestsHaveIdentifiers(t *testing.T) {
	first := request(t, "GET", "/healthz", "").Header().Get("X-Request-Id")
	second := request(t, "GET", "/healthz", "").Header().Get("X-Request-Id")
	if _, err := uuid.Parse(first); err != nil {
		t.Errorf("identifier %q: %v", first, err)
	}
	if first == second {
		t.Errorf("two requests are both %s", first)
	}
}

func TestPageEscapesNames(t *testing.T) {
	recorder := httptest.NewRecorder()
	handler := newHandler(newFleet(Ship{Name: "<script>", Tonnes: 1}), silent)
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(recorder.Body.String(), "<script>") {
		t.Error("a name reached the page unescaped")
	}
}

func TestRunStopsGracefully(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx, silent, addr) }()

	deadline := time.Now().Add(5 * time.Second)
	for {
		response, err := http.Get("http://" + addr + "/healthz")
		if err == nil {
			response.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("did not stop")
	}
}

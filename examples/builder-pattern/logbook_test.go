package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRoutes(t *testing.T) {
	books := newLogbooks()
	router := newRouter(books, func() time.Time { return time.Unix(0, 0) })
	for _, test := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/ships/Freya", "", 404, "no such ship"},
		{"POST", "/ships/Freya", "anchored", 201, ""},
		{"GET", "/ships/Freya", "", 200, `"anchored"`},
		{"POST", "/ships/Freya", " \n", 422, "needs a text"},
		{"POST", "/ships/Freya", strings.Repeat("x", 1001), 413, "1000 bytes"},
		{"DELETE", "/ships/Freya", "", 405, ""},
		{"GET", "/", "", 404, ""},
	} {
		recorder := httptest.NewRecorder()
		router.ServeHTTP(recorder, httptest.NewRequest(test.method, test.path, strings.NewReader(test.body)))
		if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.contains) {
			t.Errorf("%s %s: %d %q", test.method, test.path, recorder.Code, recorder.Body)
		}
	}
	if entries, _ := books.read("Freya"); len(entries) != 1 || !entries[0].Time.Equal(time.Unix(0, 0)) {
		t.Errorf("entries %v", entries)
	}
}

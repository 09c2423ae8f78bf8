package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestAdd(t *testing.T) {
	tests := []struct {
		name string
		ship Ship
		want error
	}{
		{"new", Ship{Name: "Freya", Tonnes: 12}, nil},
		{"no name", Ship{Name: "  ", Tonnes: 12}, errNoName},
		{"no weight", Ship{Name: "Freya"}, errTonnes},
		{"name taken", Ship{Name: "Solveig", Tonnes: 12}, errExists},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ships := newFleet(seed()...)
			if err := ships.add(test.ship); !errors.Is(err, test.want) {
				t.Fatalf("add(%+v) = %v, want %v", test.ship, err, test.want)
			}
			want := len(seed())
			if test.want == nil {
				want++
			}
			if got := len(ships.list()); got != want {
				t.Errorf("%d ships, want %d", got, want)
			}
		})
	}
}

func TestListIsSorted(t *testing.T) {
	ships := newFleet(Ship{Name: "b", Tonnes: 1}, Ship{Name: "a", Tonnes: 1}, Ship{Name: "c", Tonnes: 1})
	var names string
	for _, ship := range ships.list() {
		names += ship.Name
	}
	if names != "abc" {
		t.Errorf("order %q", names)
	}
}

func TestTonnageCountsShipsAfloat(t *testing.T) {
	if got := newFleet(seed()...).tonnage(); got != 4920 {
		t.Errorf("tonnage %d, want 4920", got)
	}
}

func TestConcurrentAdds(t *testing.T) {
	ships := newFleet()
	var group sync.WaitGroup
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			if err := ships.add(Ship{Name: fmt.Sprint("ship ", i), Tonnes: 1}); err != nil {
				t.Error(err)
			}
		}(i)
	}
	group.Wait()
	if got := len(ships.list()); got != 50 {
		t.Errorf("%d ships, want 50", got)
	}
}

package main

import (
	"errors"
	"sort"
	"strings"
	"sync"
)

// A Ship is one hull of the yard.
type Ship struct {
	Name   string `json:"name"`
	Tonnes int    `json:"tonnes"`
	Afloat bool   `json:"afloat"`
}

var (
	errNoName = errors.New("a ship needs a name")
	errTonnes = errors.New("tonnes must be more than zero")
	errExists = errors.New("there is a ship of that name")
)

func (s Ship) validate() error {
	switch {
	case strings.TrimSpace(s.Name) == "":
		return errNoName
	case s.Tonnes <= 0:
		return errTonnes
	}
	return nil
}

// A fleet holds ships by name. It may be used by several goroutines.
type fleet struct {
	mu    sync.RWMutex
	ships map[string]Ship
}

func newFleet(ships ...Ship) *fleet {
	f := &fleet{ships: make(map[string]Ship)}
	for _, ship := range ships {
		f.ships[ship.Name] = ship
	}
	return f
}

func seed() []Ship {
	return []Ship{
		{Name: "Avance", Tonnes: 820, Afloat: true},
		{Name: "Lille Per", Tonnes: 34, Afloat: false},
		{Name: "Solveig", Tonnes: 4100, Afloat: true},
	}
}

// list returns the ships in the order of their names.
func (f *fleet) list() []Ship {
	f.mu.RLock()
	defer f.mu.RUnlock()
	ships := make([]Ship, 0, len(f.ships))
	for _, ship := range f.ships {
		ships = append(ships, ship)
	}
	sort.Slice(ships, func(i, j int) bool { return ships[i].Name < ships[j].Name })
	return ships
}

func (f *fleet) add(ship Ship) error {
	if err := ship.validate(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, exists := f.ships[ship.Name]; exists {
		return errExists
	}
	f.ships[ship.Name] = ship
	return nil
}

// tonnage is the weight of the ships that are afloat.
func (f *fleet) tonnage() int {
	total := 0
	for _, ship := range f.list() {
		if ship.Afloat {
			total += ship.Tonnes
		}
	}
	return total
}

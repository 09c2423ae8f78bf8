//! Berths and the ships in them.

use serde::{Deserialize, Serialize};

/// A ship that wants to lie somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ship {
    pub name: String,
    /// In metres.
    pub length: u32,
}

/// A place at the quay.
#[derive(Debug, Serialize)]
pub struct Berth {
    pub number: usize,
    pub length: u32,
    pub ship: Option<Ship>,
}

/// Why a ship found no berth.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    Nameless,
    Known,
    NoBerth,
}

/// All berths, the shortest first.
pub struct Harbour {
    berths: Vec<Berth>,
}

impl Harbour {
    pub fn new(lengths: &[u32]) -> Self {
        let mut lengths = lengths.to_vec();
        lengths.sort_unstable();
        let berths = lengths.into_iter().enumerate();
        Harbour { berths: berths.map(|(index, length)| Berth { number: index + 1, length, ship: None }).collect() }
    }

    pub fn berths(&self) -> &[Berth] {
        &self.berths
    }

    pub fn free(&self) -> usize {
        self.berths.iter().filter(|berth| berth.ship.is_none()).count()
    }

    /// Puts a ship into the shortest free berth that is long enough, and tells its number.
    pub fn moor(&mut self, ship: Ship) -> Result<usize, Refusal> {
        if ship.name.trim().is_empty() {
            return Err(Refusal::Nameless);
        }
        if self.berths.iter().any(|berth| berth.ship.as_ref().map_or(false, |other| other.name == ship.name)) {
            return Err(Refusal::Known);
        }
        let place = self.berths.iter_mut().find(|berth| berth.ship.is_none() && berth.length >= ship.length);
        let berth = place.ok_or(Refusal::NoBerth)?;
        berth.ship = Some(ship);
        Ok(berth.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ship(name: &str, length: u32) -> Ship {
        Ship { name: name.to_string(), length }
    }

    #[test]
    fn ships_get_the_shortest_berth_that_is_long_enough() {
        let mut harbour = Harbour::new(&[80, 40, 200]);
        for (name, length, expected) in [("Freya", 60, 2), ("Lille Per", 12, 1), ("Solveig", 20, 3)] {
            assert_eq!(harbour.moor(ship(name, length)), Ok(expected), "{name}");
        }
        assert_eq!(harbour.free(), 0);
    }

    #[test]
    fn some_ships_are_refused() {
        let mut harbour = Harbour::new(&[40, 80]);
        assert_eq!(harbour.moor(ship("Freya", 30)), Ok(1));
        for (name, length, expected) in
            [(" ", 12, Refusal::Nameless), ("Freya", 12, Refusal::Known), ("Avance", 81, Refusal::NoBerth)]
        {
            assert_eq!(harbour.moor(ship(name, length)), Err(expected), "{name}");
        }
        assert_eq!(harbour.free(), 1);
    }
}

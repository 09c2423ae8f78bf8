// The international code of signals: each letter has a flag and, flown alone, a meaning.
const code = {
  A: ['Alfa', 'I have a diver down'],
  B: ['Bravo', 'I carry dangerous goods'],
  C: ['Charlie', 'Yes'],
  D: ['Delta', 'Keep clear of me'],
  E: ['Echo', 'I am altering my course to starboard'],
  F: ['Foxtrot', 'I am disabled'],
  G: ['Golf', 'I require a pilot'],
  H: ['Hotel', 'I have a pilot on board'],
  I: ['India', 'I am altering my course to port'],
  J: ['Juliett', 'I am on fire and have dangerous cargo'],
  K: ['Kilo', 'I wish to communicate with you'],
  L: ['Lima', 'Stop your vessel instantly'],
  M: ['Mike', 'My vessel is stopped'],
  N: ['November', 'No'],
  O: ['Oscar', 'Man overboard'],
  P: ['Papa', 'I am about to sail'],
  Q: ['Quebec', 'My vessel is healthy'],
  R: ['Romeo', 'I have received your signal'],
  S: ['Sierra', 'My engines are going astern'],
  T: ['Tango', 'Keep clear of me'],
  U: ['Uniform', 'You are running into danger'],
  V: ['Victor', 'I require assistance'],
  W: ['Whiskey', 'I require medical assistance'],
  X: ['X-ray', 'Stop carrying out your intentions'],
  Y: ['Yankee', 'I am dragging my anchor'],
  Z: ['Zulu', 'I require a tug']
}

/** The flags of a text; what is no letter is left out. */
export function spell (text) {
  return [...text.toUpperCase()].filter(letter => code[letter]).map(letter => ({
    letter, name: code[letter][0], meaning: code[letter][1]
  }))
}

/** A lighthouse and its character: how it flashes, as on a chart. */
export interface Light {
  name: string
  /** Seconds until the pattern begins again. */
  period: number
  flashes: number
  /** How far it is seen, in nautical miles. */
  range: number
}

export const lights: readonly Light[] = [
  { name: 'Eddystone', period: 10, flashes: 2, range: 17 },
  { name: 'Fastnet', period: 5, flashes: 1, range: 18 },
  { name: 'Skerryvore', period: 10, flashes: 1, range: 23 },
  { name: 'Roter Sand', period: 12, flashes: 3, range: 18 },
]

/** The character as charts print it, such as "Fl(2) 10s 17M". */
export function character (light: Light): string {
  const group = light.flashes > 1 ? `(${light.flashes})` : ''
  return `Fl${group} ${light.period}s ${light.range}M`
}

/** The lights that show so many flashes in so many seconds: what somebody at sea wants to know. */
export function seen (flashes: number, period: number): Light[] {
  return lights.filter(light => light.flashes === flashes && light.period === period)
}

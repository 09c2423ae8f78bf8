import { useState } from 'react'
import { spell } from './flags'

export const version = '1.0.0'

export function Flags ({ text }) {
  const flags = spell(text)
  if (flags.length === 0) return <p>Nothing to hoist.</p>
  return (
    <ol className='flags'>
      {flags.map((flag, index) => <li key={index} title={flag.meaning}><b>{flag.letter}</b> {flag.name}</li>)}
    </ol>
  )
}

export function App () {
  const [text, setText] = useState('Slipway')
  return (
    <main>
      <h1>Signal flags</h1>
      <label>Word <input value={text} onChange={event => setText(event.target.value)} /></label>
      <Flags text={text} />
      <footer>flags {version}</footer>
    </main>
  )
}

const assert = require('assert')
const { createElement } = require('react')
const { renderToStaticMarkup } = require('react-dom/server')
const { App, Flags } = require('../src/App.jsx')
const { spell } = require('../src/flags')

describe('flags', () => {
  it('spell letters and leave out the rest', () => {
    assert.deepStrictEqual(spell('a-9b').map(flag => flag.name), ['Alfa', 'Bravo'])
  })

  it('are rendered with their names and meanings', () => {
    const markup = renderToStaticMarkup(createElement(Flags, { text: 'op' }))
    assert.strictEqual(markup, '<ol class="flags"><li title="Man overboard"><b>O</b> Oscar</li>' +
      '<li title="I am about to sail"><b>P</b> Papa</li></ol>')
  })

  it('are told when there are none', () => {
    assert.ok(renderToStaticMarkup(createElement(Flags, { text: '123' })).includes('Nothing to hoist'))
  })

  it('begin with a word', () => {
    assert.ok(renderToStaticMarkup(createElement(App)).includes('Whiskey'))
  })
})

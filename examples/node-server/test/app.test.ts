import assert from 'assert'
import request from 'supertest'
import { createApp } from '../src/app'
import { character, lights, seen } from '../src/lights'

describe('lights', () => {
  it('have a character', () => {
    assert.strictEqual(character({ name: 'a', flashes: 2, period: 10, range: 17 }), 'Fl(2) 10s 17M')
    assert.strictEqual(character({ name: 'b', flashes: 1, period: 5, range: 18 }), 'Fl 5s 18M')
  })

  it('are found by what is seen of them', () => {
    assert.deepStrictEqual(seen(1, 5).map(light => light.name), ['Fastnet'])
    assert.deepStrictEqual(seen(7, 5), [])
  })
})

describe('service', () => {
  const app = createApp()
  const cases: Array<[string, number, string]> = [
    ['/', 200, 'Skerryvore'],
    ['/healthz', 200, 'ok'],
    ['/api/info', 200, `"lights":${lights.length}`],
    ['/api/lights', 200, 'Roter Sand'],
    ['/api/lights?flashes=2&period=10', 200, 'Eddystone'],
    ['/api/lights?flashes=2', 400, 'numbers'],
    ['/api/lights?flashes=two&period=10', 400, 'numbers'],
    ['/nowhere', 404, 'Cannot GET'],
  ]
  for (const [path, status, text] of cases) {
    it(`answers ${path} with ${status}`, async () => {
      const response = await request(app).get(path)
      assert.strictEqual(response.status, status)
      assert.ok(response.text.includes(text), response.text)
    })
  }
})

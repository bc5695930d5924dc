// The pages of the test and demo OpenID provider. No script: a form is all it takes.
const style = `
:root { color-scheme: light dark; --accent: #b45309 }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  background: Canvas; color: CanvasText }
main { width: 100%; max-width: 24rem; padding: 2rem; border: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); border-radius: .75rem }
h1 { margin: 0 0 .25rem; font-size: 1.25rem }
p { margin: 0 0 1.5rem; opacity: .8 }
button { display: block; width: 100%; min-height: 2.75rem; margin: .75rem 0 0; padding: .5rem 1rem; font: inherit; text-align: left;
  color: inherit; background: none; border: 1px solid color-mix(in srgb, CanvasText 30%, Canvas); border-radius: .5rem; cursor: pointer }
button:hover { border-color: var(--accent) }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
button small { display: block; opacity: .75 }
button.quiet { border-color: transparent; text-align: center }`

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

const page = (title, content) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${style}</style></head><body><main>${content}</main></body></html>`

export function choosePage(people, redirectUri) {
  const buttons = people.map(([id, { name, email }]) =>
    `<button name="person" value="${escape(id)}">${escape(name)}<small>${escape(email)}</small></button>`)
  return page('Demo provider', `<h1>Demo provider</h1>
<p>${escape(new URL(redirectUri).host)} asks who you are. Choose somebody to be.</p>
<form method="post">${buttons.join('')}<button class="quiet" name="person" value="">Cancel</button></form>`)
}

export function errorPage({ error, error_description: description = '' }) {
  return page('Demo provider: error', `<h1>${escape(error)}</h1><p>${escape(description)}</p>`)
}

export function portrait(response) {
  response.writeHead(200, { 'Content-Type': 'image/svg+xml' })
  response.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><rect width="2" height="2" fill="#b45309"/><circle cx="1" cy=".8" r=".4" fill="#fff"/><path d="M.3 2a.7.7 0 0 1 1.4 0" fill="#fff"/></svg>')
}

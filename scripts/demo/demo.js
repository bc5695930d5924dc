// Asks who is signed in and shows it. An unmodified next-auth/client of version 3 would do the same.
const show = (id) => document.getElementById(id)

async function refresh() {
  const answer = await fetch('/api/auth/session')
  const text = await answer.text()
  if (!answer.ok) throw new Error(`/api/auth/session answered ${answer.status}`)
  const session = JSON.parse(text)
  const user = session.user
  show('json').textContent = JSON.stringify(session, null, 2)
  show('name').textContent = user ? user.name ?? 'Somebody' : 'Nobody is signed in'
  show('email').textContent = user ? user.email ?? '' : 'Sign in to see your name here.'
  show('sign-in').hidden = Boolean(user)
  show('sign-out').hidden = !user
  show('portrait').replaceChildren(user?.image ? picture(user.image) : user?.name?.[0] ?? '?')
}

function picture(source) {
  const image = new Image()
  image.src = source
  image.alt = ''
  image.referrerPolicy = 'no-referrer'
  return image
}

function tell(error) {
  show('name').textContent = 'The session cannot be read'
  show('email').textContent = error.message
}

refresh().catch(tell)
// Signed in or out in another tab meanwhile?
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh().catch(tell)
})

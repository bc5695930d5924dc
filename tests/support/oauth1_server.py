"""An OAuth 1.0a provider, made with oauthlib's server: oauth1_server.py PORT CLIENT_SECRET

It judges every signature, nonce and timestamp. Its page takes the form field `person`; an empty one refuses, as Twitter does.
"""
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth1 import (AccessTokenEndpoint, AuthorizationEndpoint, RequestTokenEndpoint, RequestValidator,
                             ResourceEndpoint)

CLIENT = "clientOfTheJourneys1"
PEOPLE = {
    "ann": {"id_str": "1001", "name": "Ann Example", "email": "Ann@Example.com"},
    "ben": {"id_str": "1002", "name": "Ben Example", "email": "ben@example.com"},
}


class Validator(RequestValidator):
    """What the provider knows. Everything else is oauthlib's judgement."""

    enforce_ssl = False  # loopback
    dummy_client = "dummyClientOfJourneys"
    dummy_request_token = dummy_access_token = "0" * 24

    def __init__(self, client_secret):
        super().__init__()
        self.client_secret = client_secret
        self.request_tokens = {}  # by token: its secret, callback, verifier, and the id of the person
        self.access_tokens = {}  # by token: its secret, and the person
        self.used = set()

    # What is known of the client and its tokens.
    def get_client_secret(self, client_key, request):
        return self.client_secret

    def get_request_token_secret(self, client_key, token, request):
        return self.request_tokens.get(token, {}).get("oauth_token_secret", "")

    def get_access_token_secret(self, client_key, token, request):
        return self.access_tokens.get(token, {}).get("oauth_token_secret", "")

    def validate_client_key(self, client_key, request):
        return client_key == CLIENT

    def validate_request_token(self, client_key, token, request):
        return token in self.request_tokens

    def validate_access_token(self, client_key, token, request):
        return token in self.access_tokens

    def validate_verifier(self, client_key, token, verifier, request):
        return secrets.compare_digest(self.request_tokens[token].get("oauth_verifier", ""), verifier)

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, request_token=None,
                                     access_token=None):
        use = (timestamp, nonce, request_token, access_token)
        fresh = use not in self.used
        self.used.add(use)
        return fresh

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri.startswith("http://127.0.0.1:")

    def verify_request_token(self, token, request):
        return token in self.request_tokens

    def get_redirect_uri(self, token, request):
        return self.request_tokens[token]["callback"]

    # What is handed out, and kept.
    def save_request_token(self, token, request):
        self.request_tokens[token["oauth_token"]] = {**token, "callback": request.redirect_uri}

    def save_verifier(self, token, verifier, request):
        self.request_tokens[token].update(verifier)

    def save_access_token(self, token, request):
        person = self.request_tokens[request.resource_owner_key]["person"]
        self.access_tokens[token["oauth_token"]] = {**token, "person": PEOPLE[person]}

    def invalidate_request_token(self, client_key, request_token, request):
        del self.request_tokens[request_token]

    # There are no realms here.
    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def verify_realms(self, token, realms, request):
        return True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    validator = None

    def url(self):
        return "http://" + self.headers["Host"] + self.path

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def answer(self, headers, body, status):
        content = (body or "").encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(content)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def signed(self):
        return self.url(), self.command, self.body(), dict(self.headers)

    def authorize(self):
        uri, token = self.url(), parse_qs(urlsplit(self.path).query)["oauth_token"][0]
        if self.command == "GET":
            self.body()
            return self.answer({"Content-Type": "text/html"}, "<form method=post><input name=person></form>", 200)
        person = parse_qs(self.body()).get("person", [""])[0]
        if not person:
            location = self.validator.get_redirect_uri(token, None) + "?" + urlencode({"denied": token})
            return self.answer({"Location": location}, None, 302)
        endpoint = AuthorizationEndpoint(self.validator)
        return self.answer(*endpoint.create_authorization_response(uri, credentials={"person": person}))

    def me(self):
        uri, method, body, headers = self.signed()
        valid, request = ResourceEndpoint(self.validator).validate_protected_resource_request(uri, method, body, headers)
        if not valid:
            return self.answer({}, "", 401)
        person = self.validator.access_tokens[request.resource_owner_key]["person"]
        return self.answer({"Content-Type": "application/json"}, json.dumps(person), 200)

    def do_POST(self):
        path = urlsplit(self.path).path
        if path == "/authorize":
            return self.authorize()
        if path == "/initiate":
            return self.answer(*RequestTokenEndpoint(self.validator).create_request_token_response(*self.signed()))
        if path == "/token":
            return self.answer(*AccessTokenEndpoint(self.validator).create_access_token_response(*self.signed()))
        return self.answer({}, "", 404)

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/authorize":
            return self.authorize()
        return self.me() if path == "/me" else self.answer({}, "", 404)


if __name__ == "__main__":
    Handler.validator = Validator(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

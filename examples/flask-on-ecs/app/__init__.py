"""Papyrus: a page that greets whoever signs in with Auth0."""

import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, redirect, render_template, session, url_for
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app():
    """Made by gunicorn; everything comes from the environment, where ECS puts what stands in AWS."""
    app = Flask(__name__)
    app.secret_key = os.environ["FLASK_SECRET_KEY"]
    callback = os.environ["AUTH0_CALLBACK_URL"]
    domain = os.environ["AUTH0_DOMAIN"]
    client_id = os.environ["AUTH0_CLIENT_ID"]
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The article's address is plain HTTP; behind TLS the cookie follows.
        SESSION_COOKIE_SECURE=callback.startswith("https://"),
    )
    if os.environ.get("TRUST_PROXY") == "1":
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)

    auth0 = OAuth(app).register(
        "auth0",
        client_id=client_id,
        client_secret=os.environ["AUTH0_CLIENT_SECRET"],
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
        server_metadata_url=f"https://{domain}/.well-known/openid-configuration",
    )
    # http://203.0.113.7:5000/callback → http://203.0.113.7:5000
    origin = callback.rsplit("/", 1)[0]

    @app.get("/")
    def home():
        return render_template("home.html", user=session.get("user"))

    @app.get("/login")
    def login():
        return auth0.authorize_redirect(redirect_uri=callback)

    @app.get("/callback")
    def signed_in():
        try:
            token = auth0.authorize_access_token()
        except OAuthError:
            # Somebody said no, or came here without having been at /login.
            return render_template("home.html", user=None, failed=True), 401
        user = token["userinfo"]
        # A session of somebody else ends before this one begins; the cookie holds what the page shows, and no token.
        session.clear()
        session["user"] = {"name": user.get("name"), "email": user.get("email")}
        return redirect(url_for("home"))

    @app.get("/sign-out")
    def sign_out():
        session.clear()
        query = urlencode({"returnTo": f"{origin}/logout", "client_id": client_id})
        return redirect(f"https://{domain}/v2/logout?{query}")

    @app.get("/logout")
    def signed_out():
        """Where Auth0 sends people back to: one of the allowed logout URLs."""
        return redirect(url_for("home"))

    @app.get("/health")
    def health():
        return {"status": "ok"}

    return app

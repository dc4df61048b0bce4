"""Every setting of the application. All of them come from the environment (docs/settings.md)."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# --- Basics -----------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` makes one; elsewhere put a long random string "
        "into the environment variable SECRET_KEY (docs/settings.md)."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people reach us; used in links that leave the application.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
WORKSPACE_NAME = env.str("WORKSPACE_NAME", default="Ripeline")
# Where the CRM shows a lead; {email} and {id} (ours) are filled in. Empty: no such button.
CRM_LEAD_URL = env.str("CRM_LEAD_URL", default="")

INSTALLED_APPS = [
    "unfold",  # before the admin: it replaces its templates
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leads",
    "rubrics",
    "routing",
    "integrations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.signed_out.say_signed_out",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "routing.context.workspace",
            ],
            "libraries": {"lists": "config.lists.tags"},
        },
    },
]

# --- Database: the truth ----------------------------------------------------------------------
DATABASES: dict[str, Any] = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis and Celery: the doorbell -----------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = (
    "redis+socket://" + REDIS_URL.removeprefix("unix://")
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    # How often unacknowledged messages are looked for; the defaults make it ~100 s.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90

# --- Sign-in and security ------------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "routing:queue"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# No SECURE_SSL_REDIRECT: SDKs count a redirect as delivered and the events are lost. The proxy
# redirects people; docs/deployment.md.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the rubric editor's forms are long

# --- Language, time, static files -------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integrations.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["leads.api.permissions.HasScope"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.ScopedSchema",
    "DEFAULT_PAGINATION_CLASS": "leads.api.pagination.StableCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["leads.api.filters.StrictFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["leads.api.parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "leads.api.problems.problem_details",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Ripeline API",
    "DESCRIPTION": (
        "Product-led lead scoring: pull explained scores, work PQLs, record outcomes.\n\n"
        "Send `Authorization: Bearer rl_…` with a token from the admin (Edge, API tokens). Lists "
        "are paged by `next`. Errors are `application/problem+json` (RFC 9457). Parameters and "
        "fields that are not known are refused, never ignored."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",  # the first whose bearer scheme may name scopes
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Links within the buttons that unfold an operation cannot be told from them by keys.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "OutcomeKind": "leads.models.outcome.OutcomeKind",
        "IdentityKind": "leads.models.identity.IdentityKind",
        "VersionStatus": "rubrics.models.rubric.VersionStatus",
        "BacktestMoment": "rubrics.models.backtest.BacktestMoment",
        "DecayMode": "rubrics.models.rubric.DecayMode",
        "State": "routing.models.qualification.State",
        "JobState": "leads.models.job.JobState",
        "RejectReason": "routing.models.qualification.RejectReason",
        "LostReason": "routing.models.qualification.LOST_CHOICES",
        "TouchKind": "routing.models.touch.TouchKind",
    },
    "TAGS": [
        {"name": "Leads", "description": "Who tries the product."},
        {"name": "Outcomes", "description": "What became of them."},
        {"name": "Scores", "description": "What they are worth, and why."},
        {"name": "PQLs", "description": "Who works which qualified lead."},
        {"name": "Rubrics", "description": "The scoring models."},
    ],
}

# --- Destinations: their secrets are here and nowhere else ----------------------------------------
# A destination names the variable that holds its secret: SLACK_BOT_TOKEN, WEBHOOK_SECRET_CRM ...
DESTINATION_SECRETS = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("SLACK_", "WEBHOOK_SECRET_"))
}
SLACK_API_URL = env.str("SLACK_API_URL", default="https://slack.com/api/")
# Hosts and networks that webhooks may reach though they are private, and by plain http.
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])
# Without a mail server no e-mail is sent, and the e-mail destination says so.
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="")

# --- Admin --------------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Ripeline",
    "SITE_HEADER": "Ripeline",
    "SITE_SUBHEADER": WORKSPACE_NAME if WORKSPACE_NAME != "Ripeline" else "Lead scoring",
    "SITE_SYMBOL": "stairs_2",
    "SITE_URL": "/",
    "ENVIRONMENT": "config.navigation.environment",
    "SHOW_BACK_BUTTON": True,
    "SIDEBAR": {"navigation": "config.navigation.sidebar"},
    "DASHBOARD_CALLBACK": "config.navigation.overview",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("routing/icon.svg")}
    ],
    "STYLES": [lambda _request: static("leads/admin.css")],
    "SCRIPTS": [
        lambda _request: static("leads/admin.js"),
        lambda _request: static("leads/once.js"),
        lambda _request: static("leads/refused.js"),
    ],
    "COLORS": {  # the teal of the reps' pages; dark enough for white text from 600 on
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(33% .055 190)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
}

# --- What the product does by default ---------------------------------------------------------
# Raw events are dropped by whole months once they are older than this; hits and scores stay.
EVENT_RETENTION_MONTHS = env.int("EVENT_RETENTION_MONTHS", default=25)
# Where the demo keeps the passwords it made up; readable by its owner only.
DEMO_CREDENTIALS_FILE = env.str(
    "DEMO_CREDENTIALS_FILE", default=str(BASE_DIR / ".data" / "demo_credentials.json")
)
# What the amounts of deals are in unless somebody says otherwise.
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="USD")
ALERT_RETENTION_DAYS = env.int("ALERT_RETENTION_DAYS", default=180)
QUALIFICATION_COOLDOWN_DAYS = env.int("QUALIFICATION_COOLDOWN_DAYS", default=30)

# --- Logs: ids, never e-mails or names -----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Tasks are rung many times a second; that one came and went is no news.
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("celery.worker.strategy", "celery.app.trace")},
        # What a failed call means, its delivery says.
        "slack_sdk": {"level": "CRITICAL"},
    },
}

"""Counters without identities, for ``GET /metrics``."""

from prometheus_client import Counter, Gauge

MESSAGES = Counter("carenav_messages", "Messages taken from people", ["channel"])
OUTCOMES = Counter("carenav_screenings", "What screening said of people's messages", ["outcome"])
REPLIES = Counter("carenav_replies", "Messages sent by the bot", ["kind"])
WITHHELD = Counter("carenav_withheld", "Drafts that release did not let out")
ENGINE_DOWN = Counter("carenav_engine_down", "Turns that the engine could not take")
ENGINE_SLOW = Counter("carenav_engine_slow", "Turns that took longer than CARENAV_ENGINE_TIMEOUT")
STORE_DOWN = Counter("carenav_store_down", "Reads and writes that the database did not answer")
DELIVERIES = Counter(
    "carenav_deliveries",
    "Tries to reach a clinic's own inbox, by kind and what came of it",
    ["destination", "result"],
)
DELIVERIES_KEPT = Gauge(
    "carenav_deliveries_kept", "Deliveries that wait, or were given up", ["state"]
)
TEXTS = Counter("carenav_texts", "Tries to send a text message, by what came of it", ["result"])
TEXT_STATUSES = Counter("carenav_text_statuses", "News of texts from Twilio", ["status"])
TEXTS_KEPT = Gauge("carenav_texts_kept", "Text messages that Twilio has not named yet", ["state"])
TOO_MANY = Counter("carenav_too_many", "Calls refused for their number (429)")
TEXTS_REFUSED = Counter(
    "carenav_texts_refused", "Requests as Twilio's that were not believed", ["why"]
)

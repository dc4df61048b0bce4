"""Clicks in Slack: accept, reject, snooze a PQL from the message that told of it."""

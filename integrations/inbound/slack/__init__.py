"""Clicks in Slack: work or review a PQL from the message that told of it."""

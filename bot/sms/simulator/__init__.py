"""A stand-in for Twilio on this machine, and a phone to text it with: `carenav sms simulate`.

It speaks Twilio's own protocol, so the service can't tell it from Twilio; the tests' faulty Twilio
is the same stand-in with faults put in (tests/sms/fake).
"""

"""What all tests share."""

from hypothesis import settings

# The same examples in every run, so that a failure is a change's and not the day's; no clock decides a test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile("repeatable")

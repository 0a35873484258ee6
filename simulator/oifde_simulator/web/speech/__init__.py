"""Speech: words in, sound out, by an installed espeak-ng; made while an answer is sent.

Rule: nothing here decides what is answered. What cannot be spoken in time is None, and a tone is sent.
"""

"""Quizzes of the sessions: a module a deck, with ten question functions in `QUESTIONS`."""

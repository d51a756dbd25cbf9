"""Exercises that grade themselves, and quizzes: questions, right answers, slips, hints. All lessons use it."""

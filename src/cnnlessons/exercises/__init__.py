"""Exercises that grade themselves, and quizzes: questions, right answers, plausible wrong ones, hints. All lessons use it."""

"""The sources' discovery questions: each with why it is asked and what not knowing means."""

from rubrics.guide.customer_questions import CUSTOMERS, GOALS
from rubrics.guide.product_questions import DATA, SALES, TRIAL

PAGES = (TRIAL, SALES, DATA, CUSTOMERS, GOALS)
QUESTIONS = tuple(question for page in PAGES for question in page.questions)

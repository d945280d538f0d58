"""Risk grades of food enterprises (风险分级): what follows from what visits found, and how often the next ones are due.

For offices, that plan visits by it; for enterprises, that read their grade and why. By the Measures for the graded
management of food risks (食药监食监一〔2016〕115号): static 40 and dynamic 60 points, A to D, visits a year; beside
it the annual grade of food service (国食药监食〔2012〕5号). Both are tables in packs, chosen by the day.
"""

"""The code of ethics: its values as versioned data, assessments by them, and cases of breach with verdict and sanction."""

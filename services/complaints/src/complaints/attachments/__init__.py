"""Files of cases: uploads, their checks, who may read them."""

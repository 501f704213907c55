"""PEKPPP's instruments as versioned data: forms, weights, rubrics, and the index (IPP) that they lead to."""

"""Working-time calendars: blocks of service hours, national holidays, collective leave, regional days; in versions."""

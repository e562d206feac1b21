"""Config, table contracts, views and Databricks resources, read by importlib.resources."""

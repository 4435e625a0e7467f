"""JSON Schemas and the AsyncAPI document, generated from the types by `dunghan schemas write`. Do not edit them."""

"""The rules of analysis specs, one module each (ADaMIG 1.3; names go by admiral)."""

"""Prefect flows over the plain functions of umot: the only package that imports Prefect."""

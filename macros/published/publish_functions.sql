{#-
    Functions of the published database, for who scores in SQL without dbt. They are made of the
    macros that label customers in a build, over the published parameters, so they give the same
    labels. DuckDB puts an argument into the body as it is written, where a column or alias of the
    same name would hide it: so arguments go to a CTE without `from` first, under names of its own.
-#}
{% macro publish_functions(database) %}
    {%- set functions = [
        {
            'name': 'score_customers',
            'parameters': 'customers, item_counts',
            'body': score_customers('query_table(customers)', 'query_table(item_counts)'),
            'comment': 'The segment of each customer of a table, view or CTE, and the runner-up on '
            ~ 'each axis, by the model in force. `customers` has customer_id, '
            ~ clustered_features() | join(', ') ~ '; `item_counts` has customer_id, stock_code '
            ~ 'and order_count. score_customers(fct_customer_features, fct_customer_items) gives '
            ~ 'the segments there are.',
        },
        {
            'name': 'score_behaviour',
            'parameters': clustered_features() | join(', '),
            'body': score_behaviour(),
            'comment': 'The behaviour cluster that such a customer is in, and the runner-up, by the '
            ~ 'model in force, in one row. With columns of a table in front of it as arguments, a '
            ~ 'row for each of its rows. No row where an argument is null.',
        },
        {
            'name': 'what_if_order',
            'parameters': 'customer, order_value, stock_codes := [], days_ago := 1',
            'body': what_if_order(),
            'comment': 'The segment that a customer is in, and the one after one more order of this '
            ~ 'value and these items, in one row. `days_ago` is counted from the as-of date, 1 for '
            ~ 'the last day of the data. `unknown_stock_codes` lists the codes that the model does not know: '
            ~ 'they change no taste. No row for a customer without a segment, or an argument that is '
            ~ 'null.',
        },
    ] -%}
    {#- The tables that they name are those of the database that they are read in. -#}
    {%- do run_query('use ' ~ database) -%}
    {%- for function in functions -%}
        {%- do run_query(
            'create or replace macro ' ~ function.name ~ '(' ~ function.parameters ~ ') as table ' ~ function.body
        ) -%}
        {%- do run_query(
            'comment on macro table ' ~ function.name ~ ' is ' ~ quoted(function.comment)
        ) -%}
    {%- endfor -%}
    {%- do run_query('use memory') -%}
{% endmacro %}

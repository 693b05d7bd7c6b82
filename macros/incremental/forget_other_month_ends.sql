{#-
    Before a table of customers at month ends: remove the rows of days that are no month ends of this
    build, as the day of the build before is none, and of the month end that is this build's own.
-#}
{% macro forget_other_month_ends() -%}
    {%- if is_going_on() -%}
        delete from {{ this }}
        where as_of_date not in (
            select month_ends.as_of_date
            from {{ ref('int_month_ends') }} as month_ends
            where not month_ends.is_current
        )
    {%- endif -%}
{%- endmacro %}

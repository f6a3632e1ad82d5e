"""What is at which path."""

from django.urls import path

from orders import views

urlpatterns = [
    path("health", views.health),
    path("orders", views.create),
    path("orders/<int:number>", views.read),
]
